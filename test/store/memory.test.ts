import { memoryStore } from "offer-code";
import { storeContract } from "./contract.js";

storeContract("memoryStore", memoryStore);
