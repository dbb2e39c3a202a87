// What C++'s library makes of a granted directory and of standard input: files, streams, regular expressions, large vectors.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <map>
#include <memory>
#include <numeric>
#include <regex>
#include <string>
#include <vector>

static int words()
{
    static const std::regex word("[a-z]+", std::regex::icase);
    std::map<std::string, int> counts;

    for (std::string line; std::getline(std::cin, line);)
        for (std::sregex_iterator at(line.begin(), line.end(), word), end; at != end; ++at)
            counts[at->str()]++;
    for (const auto &[text, count] : counts)
        std::cout << text << ' ' << count << '\n';
    return counts.empty() ? 1 : 0;
}

struct Closer {
    void operator()(FILE *file) const { std::fclose(file); }
};
using File = std::unique_ptr<FILE, Closer>;

// As editors save: to another name, which then takes the place of the file.
static int sort_lines(const std::string &from, const std::string &to)
{
    const std::string partial = to + ".new";
    File in(std::fopen(from.c_str(), "r")), out(std::fopen(partial.c_str(), "w"));
    std::vector<std::string> lines(1);

    for (int c; in && (c = std::fgetc(in.get())) != EOF;) {
        lines.back().push_back(static_cast<char>(c));
        if (c == '\n')
            lines.emplace_back();
    }
    std::sort(lines.begin(), lines.end());
    for (const auto &line : lines)
        if (out)
            std::fputs(line.c_str(), out.get());
    const long size = out ? std::ftell(out.get()) : -1;
    if (!in || !out || std::fclose(out.release()) != 0 || std::rename(partial.c_str(), to.c_str()) != 0) {
        std::cerr << "text: " << from << ": cannot sort\n";
        return 1;
    }
    std::cout << lines.size() - 1 << ' ' << size << '\n';
    return 0;
}

static int memory(std::size_t n)
{
    std::vector<std::uint64_t> numbers(n);

    std::iota(numbers.begin(), numbers.end(), std::uint64_t{0});
    std::cout << std::accumulate(numbers.begin(), numbers.end(), std::uint64_t{0}) << '\n';
    return 0;
}

int main(int argc, char **argv)
{
    const std::string command = argc > 1 ? argv[1] : "";

    if (command == "words" && argc == 2)
        return words();
    if (command == "sort" && argc == 4)
        return sort_lines(argv[2], argv[3]);
    if (command == "memory" && argc == 3)
        return memory(std::stoul(argv[2]));
    std::cerr << "text: words | sort FROM TO | memory NUMBERS\n";
    return 2;
}
