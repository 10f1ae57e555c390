{
  "name": "{$v}",
  "list": [1, 2, { "deep": true }],
  "empty": {}
}
