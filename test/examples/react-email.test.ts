import { openMail } from "../../examples/react-email/mail.js";
import { describeStack } from "./stack.js";

describeStack("React Email by renderWithOffer", (resolver) => openMail(resolver));
