{mailto address="a@b.example"} {mailto address="a@b.example" text="mail" subject="Hi there" cc="c@d.example"} {mailto address="a@b.example" encode="hex"}
