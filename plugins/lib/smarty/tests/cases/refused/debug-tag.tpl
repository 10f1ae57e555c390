{debug}
