//! Who takes part, what they may do, and how they join.

use crate::act::{ACTS, Act};
use crate::role::Role;

/// `roles.md`.
pub fn text() -> String {
    let rows: String = ACTS.iter().map(|name| row(name)).collect();
    format!(
        "# Roles\n\n\
         - **Facilitator** (one): prepares and leads the drill, sees the truth and the plan, paces it, puts things in its way, \
         ends it. Gives no hints.\n  Who: ____________________\n\
         - **Operators** (one to five): run the rollout as on any other day: they see what telemetry brings and what gates say, \
         and promote, hold, roll back and run the playbook. One of them decides; agree on who before.\n  Who: \
         ____________________\n\
         - **Observers** (any number): look on and write down what they see people do and say, with `note`. They do not help.\n  \
         Who: ____________________\n\n\
         Keep those at home who know best: whether the others find the playbook is a part of what is tested.\n\n\
         ## Who may do what\n\n| act         | facilitator | operator | observer |\n| ----------- | ----------- | -------- | \
         -------- |\n{rows}\n\
         An act that somebody may not do is refused, and the refusal is written down.\n\n\
         ## Tokens\n\n\
         A token says who somebody is. They are secrets, so they are not in this folder. The facilitator makes a line for \
         everybody:\n\n\
         ```\n(umask 077; for who in 'facilitator lead' 'operator first' 'operator second' 'observer scribe'; do\n  set -- $who; \
         echo \"$1 $(openssl rand -hex 16) $2\"\ndone > tokens)\n```\n\n\
         and starts the drill with `--role-tokens tokens`. Everybody gets their own token, in private. Alone on one machine it \
         goes without.\n\n\
         ## How to join\n\n\
         - On the page: open http://127.0.0.1:7878/?token=TOKEN, with your own token and the address that the facilitator says. \
         It works on a phone.\n\
         - In a shell: `gatecrash act acknowledge`, with `--help` for what else there is.\n\
         - In a script: `curl -H 'Authorization: Bearer TOKEN' -d '{{}}' http://127.0.0.1:7878/api/act/acknowledge`.\n\
         - From other machines the facilitator has to add `--listen 0.0.0.0:7878`; that needs tokens. Whoever can read the \
         network can read them.\n"
    )
}

fn row(name: &str) -> String {
    let may = |role: Role| if is_allowed(role, name) { "yes" } else { "-" };
    format!("| {name:<11} | {:<11} | {:<8} | {:<8} |\n", may(Role::Facilitator), may(Role::Operator), may(Role::Observer))
}

/// As the drill itself asks.
fn is_allowed(role: Role, name: &str) -> bool {
    let settings = match name {
        "note" => r#"{"text":"x"}"#,
        "inject" => r#"{"herring":"x"}"#,
        "speed" => r#"{"speed":1}"#,
        _ => "{}",
    };
    let settings = serde_json::from_str(settings).unwrap_or_default();
    Act::read(name, settings).is_ok_and(|act| role.may(&act))
}
