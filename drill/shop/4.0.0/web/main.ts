import { main } from "../../common/main";
import { RELEASE } from "../release";
import { web } from "./program";

main(web(RELEASE));
