import { main } from "../../common/main";
import { inventory } from "./program";

main(inventory);
