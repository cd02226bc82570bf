import { main } from "../../common/main";
import { statistics } from "./program";

main(statistics);
