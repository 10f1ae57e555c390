[{'  x '|trim}][{'  x '|ltrim}][{'  x '|rtrim}][{'xxaxx'|trim:'x'}][{'a.b.'|rtrim:'.'}]
