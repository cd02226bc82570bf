import { carrierFromEnvironment } from "./carrier";
import { runSimulatedService } from "./simulated-service";

runSimulatedService(carrierFromEnvironment);
