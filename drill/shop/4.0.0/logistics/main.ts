import { main } from "../../common/main";
import { RELEASE } from "../release";
import { logistics } from "./program";

main(logistics(RELEASE));
