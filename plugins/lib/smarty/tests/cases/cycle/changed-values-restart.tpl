{cycle values="a,b"}{cycle values="a,b"}{cycle values="x,y"}{cycle values="x,y"}
