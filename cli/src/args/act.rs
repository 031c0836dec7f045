//! Arguments of `act`.

/// Arguments of `act`.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Act {
    /// What to do: promote, hold, rollback, step, acknowledge, page, note; the facilitator also inject, pause, speed, end
    #[arg(value_name = "ACTION")]
    pub action: String,
    /// The action's value, and other settings as KEY=VALUE
    #[arg(value_name = "VALUE | KEY=VALUE")]
    pub settings: Vec<String>,
    /// The drill's address
    #[arg(long, value_name = "URL", env = "GATECRASH_DRILL", default_value = "http://127.0.0.1:7878")]
    pub to: String,
    /// The token that you were given; better by the environment, as others can see command lines
    #[arg(long, value_name = "T", env = "GATECRASH_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// Your role, where the drill has no tokens: facilitator, operator or observer
    #[arg(long, value_name = "R")]
    pub role: Option<String>,
    /// Your name, for the log
    #[arg(long, value_name = "NAME")]
    pub who: Option<String>,
    /// What tells this act from others: a second one with the same is refused. Without it, a new one
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
}

const HELP: &str = "\
Actions, what VALUE is to each, and further settings:
  promote [STAGE]      go on to the next stage; STAGE has to be the next one
  hold [REASON]        stay in the stage
  rollback [REASON]    decide to roll back
  step [STEP]          run a step of the playbook: its name or number; the next one without
  acknowledge [WHAT]   say that you have noticed
  page [WHOM]          call somebody
  note TEXT            write something down
  inject FAULT         make a fault begin: by=SIZE, on=canary|stable|both, for=TIME;
                       or herring=TEXT, away=NAME [for=TIME], back=NAME
  pause [on|off]       stop the clock or let it go on; step=TIME plays so much and stands still
  speed X              simulated seconds a second, or max
  end [REASON]         end the drill

Exit codes: 0 done; 1 the drill refused it; 2 a usage error, or there is no drill at that address.";
