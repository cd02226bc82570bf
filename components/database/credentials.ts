import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type Common, token } from "../frame/component";

export interface CredentialsArgs extends Common {
  /** Names to make a password for, such as `app_4_0_0`. */
  readonly names: readonly string[];
  readonly keyArn: pulumi.Input<string>;
}

/** Passwords made at random and kept in Secrets Manager, one secret each. A name keeps its password for good. */
export class Credentials extends pulumi.ComponentResource {
  static readonly __pulumiType = token("Credentials");
  private readonly passwords: ReadonlyMap<string, pulumi.Output<string>>;

  constructor(name: string, args: CredentialsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Credentials.__pulumiType, name, { names: [...args.names] }, opts);
    const made = new Map<string, pulumi.Output<string>>();
    for (const one of args.names) {
      const key = `${name}-${one.replaceAll("_", "-")}`;
      // Letters and digits only, so that the password needs no escaping in a URL.
      const password = new random.RandomPassword(key, { length: 40, special: false }, { parent: this });
      const secret = new aws.secretsmanager.Secret(
        key,
        {
          name: `${args.prefix}/${one}`,
          description: `Password of ${one}`,
          kmsKeyId: args.keyArn,
          recoveryWindowInDays: 7,
          tags: { ...args.tags, "rotated-by": "order-upgrade" },
        },
        { parent: this },
      );
      new aws.secretsmanager.SecretVersion(
        key,
        { secretId: secret.id, secretString: password.result },
        { parent: this },
      );
      made.set(one, password.result);
    }
    this.passwords = made;
    this.registerOutputs({});
  }

  of(name: string): pulumi.Output<string> {
    const password = this.passwords.get(name);
    if (password === undefined) throw new pulumi.ResourceError(`there is no password of ${name}`, this, true);
    return pulumi.secret(password);
  }
}
