const {
  graphql,
  buildSchema
} = require('graphql');
graphql({
  schema: buildSchema('type Query{a:Int}'),
  source: '{a}',
  rootValue: {
    a: () => 1
  }
}).then(r => console.log(JSON.stringify(r)));
