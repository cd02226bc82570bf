import { inventory } from "../../4.0.0/inventory/program";
import { main } from "../../common/main";
import { RELEASE } from "../release";

main(inventory(RELEASE));
