#include "helpers/writer/say.hpp"

#include "helpers/writer/protocol.hpp"

#include <unistd.h>

#include <cerrno>
#include <string>

namespace firstlock {

void say(std::string_view line)
{
    std::string text(line);
    text += '\n';
    for (std::string_view left = text; !left.empty();) { // it may outgrow the pipe
        const ssize_t written = ::write(STDOUT_FILENO, left.data(), left.size());
        if (written < 0 && errno != EINTR) {
            return;
        }
        left.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
}

bool wait_for_go()
{
    std::string heard;
    while (go_line.starts_with(heard) && heard.size() < go_line.size()) {
        char byte = 0;
        const ssize_t count = ::read(STDIN_FILENO, &byte, 1);
        if (count == 0 || (count < 0 && errno != EINTR)) {
            return false;
        }
        heard.append(static_cast<std::size_t>(count > 0 ? count : 0), byte);
    }
    return heard == go_line;
}

} // namespace firstlock
