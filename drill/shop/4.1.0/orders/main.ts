import { orders } from "../../4.0.0/orders/program";
import { main } from "../../common/main";
import { RELEASE } from "../release";

main(orders(RELEASE));
