{usort($a,'strcmp')}
