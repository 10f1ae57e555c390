text
more {nosuchtag} text
