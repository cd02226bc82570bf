import { ANSWERS, read } from "./contract";
import type { Plan, Situation } from "./plan";

export function login({ known, people }: Situation, email: string): Plan {
  return {
    kind: "login",
    request: { method: "POST", path: "/api/login", body: { email, password: people.password } },
    understand: (answer) => {
      const { token } = read(ANSWERS.login, answer);
      return { remember: () => known.loggedIn(email, token) };
    },
  };
}

export function register({ known, people, nextKey, random }: Situation): Plan {
  const key = nextKey();
  const email = `load-${key}@customers.example`;
  const name = `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`;
  return {
    kind: "register",
    key,
    wish: { action: "registration", email, name },
    request: {
      method: "POST",
      path: "/api/customers",
      body: { email, password: people.password, name },
    },
    understand: (answer) => {
      const { id, token } = read(ANSWERS.register, answer);
      return { deed: { action: "registration", id }, remember: () => known.loggedIn(email, token) };
    },
  };
}

/** Someone logs in; some people come far more often than others. Where nobody is known, somebody registers. */
export function loginOfSomeone(situation: Situation): Plan {
  const { random, people } = situation;
  if (people.customers.length === 0) return register(situation);
  return login(situation, people.customers[random.skewed(people.customers.length, 0.7)] as string);
}

const FIRST_NAMES = ["Ada", "Bruno", "Chiara", "Deniz", "Elif", "Frida", "Goran", "Hanna", "Igor", "Jana"];
const LAST_NAMES = [
  "Albrecht",
  "Brandt",
  "Costa",
  "Dubois",
  "Engel",
  "Fischer",
  "García",
  "Horváth",
  "Ivanov",
];
