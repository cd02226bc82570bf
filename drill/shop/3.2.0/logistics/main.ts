import { main } from "../../common/main";
import { logistics } from "./program";

main(logistics);
