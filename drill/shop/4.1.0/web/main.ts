import { web } from "../../4.0.0/web/program";
import { main } from "../../common/main";
import { RELEASE } from "../release";

main(web(RELEASE));
