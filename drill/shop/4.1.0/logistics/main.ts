import { logistics } from "../../4.0.0/logistics/program";
import { main } from "../../common/main";
import { RELEASE } from "../release";

main(logistics(RELEASE));
