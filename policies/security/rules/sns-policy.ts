import { resourceRule } from "../../frame/rule";
import { allowsEverybody, deniesPlainText, statementsOf } from "../aws/policy-document";

export const snsPolicy = resourceRule({
  name: "sns-policy",
  title: "Topics take messages from named senders, and deliver over TLS.",
  severity: "high",
  level: "mandatory",
  controls: [{ framework: "AWS FSBP", id: "SNS.4" }],
  remediation:
    "Name the senders or add aws:SourceAccount; deny when aws:SecureTransport is false; subscribe by https, email, sqs or lambda.",
  unknown: "wait",
  types: [
    "aws:sns/topic:Topic",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sns/topicSubscription:TopicSubscription",
  ],
  check({ type, props }, findings) {
    if (type === "aws:sns/topicSubscription:TopicSubscription") {
      if (props.protocol === "http") findings.report("Messages are delivered in plain text.", "protocol");
      return;
    }
    if (!("policy" in props)) return;
    if (statementsOf(props.policy).some(allowsEverybody))
      findings.report("Everybody may send or subscribe.", "policy");
    if (!statementsOf(props.policy).some(deniesPlainText))
      findings.report("Plain text is not refused.", "policy");
  },
});
