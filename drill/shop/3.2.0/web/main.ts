import { main } from "../../common/main";
import { web } from "./program";

main(web);
