mod facts;
fn main() {}
