import { openMail } from "../../examples/ejs/mail.js";
import { describeStack } from "./stack.js";

describeStack("EJS by renderWithOffer", (resolver) => openMail(resolver));
