import { paymentFromEnvironment } from "./payment";
import { runSimulatedService } from "./simulated-service";

runSimulatedService(paymentFromEnvironment);
