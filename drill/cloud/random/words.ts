export const adjectives =
  "able ample apt bold brave bright brisk calm clean clear clever cosy crisp deep early exact fair fast fine firm fond frank free fresh full glad good grand great happy keen kind large light live loyal lucky merry mighty neat nice noble polite prime proud pure quick ready rich right safe sharp smart solid sound stable steady sunny swift tidy true warm wise witty worthy".split(
    " ",
  );
export const nouns =
  "ant ape bass bat bear bee bird bison boar bream buck bull calf carp cat chow clam cobra cod colt cow crab crane crow deer dingo dog dolphin donkey dove duck eagle eel egret elk falcon fawn ferret finch fish flea fly foal fowl fox frog gnat goat goose grouse hare hawk hen heron horse hound ibex jay kid kite kiwi koala lamb lark lion lizard llama lynx mole moose moth mouse mule newt orca osprey otter owl ox panda perch pig pony puma quail rabbit ram raven ray robin salmon seal shark sheep shrew shrimp skunk sloth snail snake sole sponge squid stag stork swan tapir tick tiger toad trout tuna turkey viper vole wasp whale wolf wombat worm wren yak zebra".split(
    " ",
  );
