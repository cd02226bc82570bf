import { statistics } from "../../4.0.0/statistics/program";
import { main } from "../../common/main";
import { RELEASE } from "../release";

main(statistics(RELEASE));
