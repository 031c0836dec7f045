//! When a drill ends before its time, and who may end it.

use gatecrash_policies::policy::Policy;

/// `abort.md`. Without figures: they would tell what is to be expected.
pub fn text(policy: &Policy) -> String {
    let policy = &policy.name;
    format!(
        "# Abort criteria: a drill of {policy}\n\nThe rollout is simulated: aborting costs nothing, and nothing has to be rolled \
         back. When in doubt, end it.\n\n\
         ## What ends it at once\n\n\
         - [ ] A real incident: people who are needed there leave, and the drill ends.\n\
         - [ ] Somebody takes the drill for real and is about to act on a real system.\n\
         - [ ] An alert of the drill has reached somebody who does not know of it.\n\
         - [ ] Somebody asks for it. Nobody has to say why.\n\
         - [ ] A stop condition below holds. The drill then ends by itself.\n\n\
         ## Stop conditions\n\n\
         **An empty stop condition is a hard stop**: as long as a blank here is empty, the drill does not begin. The facilitator \
         has figures that fit, and fills the blanks in on their own copy: a number tells what is to be expected.\n\n\
         - [ ] harmed outcomes: `--stop-if 'harmed > ______'`\n\
         - [ ] duplicates that left the system: `--stop-if 'duplicates_leaked > ______'`\n\
         - [ ] exposed requests: `--stop-if 'exposed_requests > ______'`\n\
         - [ ] people's time: `--time-limit ______`\n\
         - [ ] nobody there: `--attend-within ______`\n\n\
         ## Who may end it, and how\n\n\
         The facilitator, at any time, with a reason: on the page, or\n\n\
         ```\ngatecrash act end 'a real incident'\n```\n\n\
         Everybody else says the word, and the facilitator does it. Where the facilitator cannot be reached, stopping the process \
         ends it as well: it keeps its record and writes its report.\n\n\
         The word: ____________________   Facilitator: ____________________   In their place: ____________________\n"
    )
}
