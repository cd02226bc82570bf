import { main } from "../../common/main";
import { RELEASE } from "../release";
import { inventory } from "./program";

main(inventory(RELEASE));
