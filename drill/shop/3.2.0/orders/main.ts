import { main } from "../../common/main";
import { orders } from "./program";

main(orders);
