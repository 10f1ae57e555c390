{capture name=c}abc
