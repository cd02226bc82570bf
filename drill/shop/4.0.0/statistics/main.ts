import { main } from "../../common/main";
import { RELEASE } from "../release";
import { statistics } from "./program";

main(statistics(RELEASE));
