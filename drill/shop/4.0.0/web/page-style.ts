export const style = `:root { color-scheme: light dark; --accent: #0b6e4f; --line: #8884; --soft: #8881; font: 16px/1.45 system-ui, sans-serif }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 76rem; padding: 0 1rem 3rem }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 1rem; border-bottom: 1px solid var(--line); margin-bottom: .5rem }
header h1 { margin: .6rem 0; color: var(--accent) }
header form { flex: 1 1 14rem }
main { display: grid; grid-template-columns: minmax(0, 1fr) 22rem; gap: 2rem }
@media (max-width: 52rem) { main { grid-template-columns: 1fr } aside { order: -1 } }
h2 { font-size: 1.05rem; margin: 1rem 0 .5rem }
ul { list-style: none; margin: 0; padding: 0 }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .8rem }
.cards > li { border: 1px solid var(--line); border-radius: .6rem; padding: .8rem; display: grid; gap: .3rem; align-content: space-between }
.lines > li { border-top: 1px solid var(--line); padding: .5rem 0; display: grid; gap: .3rem }
.row { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: .4rem }
.price, .total { font-weight: 600 }
.few { color: #b3541e }
.quiet-text { opacity: .75; font-size: .9rem }
.status { border-radius: 1rem; padding: .05rem .6rem; background: var(--soft); font-size: .85rem }
.steps { display: grid; gap: .2rem; border-left: 3px solid var(--accent); padding-left: .7rem; font-size: .9rem }
form { display: grid; gap: .5rem }
label { display: grid; gap: .15rem; font-size: .9rem }
[hidden] { display: none !important }
input { font: inherit; padding: .4rem .6rem; border: 1px solid var(--line); border-radius: .4rem; width: 100% }
button { font: inherit; border: 1px solid var(--accent); background: var(--accent); color: #fff; border-radius: .4rem; padding: .35rem .8rem; cursor: pointer }
button.quiet { background: none; color: inherit; border-color: var(--line) }
button:disabled { opacity: .5; cursor: default }
#message { min-height: 1.5em; margin: .3rem 0; font-weight: 600 }
#pages { display: flex; gap: .5rem; align-items: center; margin-top: 1rem }
`;
