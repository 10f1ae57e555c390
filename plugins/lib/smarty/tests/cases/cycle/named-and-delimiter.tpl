{cycle name=p values="a;b" delimiter=";"}{cycle name=q values="1,2"}{cycle name=p}{cycle name=q}{cycle name=p values="a;b" delimiter=";"}
