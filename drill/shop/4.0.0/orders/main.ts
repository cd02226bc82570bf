import { main } from "../../common/main";
import { RELEASE } from "../release";
import { orders } from "./program";

main(orders(RELEASE));
