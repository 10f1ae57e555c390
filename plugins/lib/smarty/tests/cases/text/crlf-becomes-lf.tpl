ringer = 3
volume = {1}
tone = 7lamp = on
end

