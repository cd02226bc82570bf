export const style = `body { font-family: sans-serif; max-width: 50em; margin: 1em auto; padding: 0 1em }
table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid #999; padding: .3em .5em; text-align: left }
label { margin-right: 1em }
input[type=number] { width: 4em }
#message { color: #900; min-height: 1.2em }
`;
