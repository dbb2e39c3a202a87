// What C++'s own library makes of a granted directory: std::filesystem, streams, large vectors.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <numeric>
#include <string>
#include <vector>

namespace fs = std::filesystem;

static int fail(const fs::path &path, const std::error_code &error)
{
    std::cerr << "walk: " << path.string() << ": " << error.value() << '\n';
    return 1;
}

static int summary(const fs::path &root)
{
    std::error_code error;
    std::map<std::string, std::pair<int, std::uintmax_t>> kinds;
    for (fs::recursive_directory_iterator at(root, error), end; !error && at != end; at.increment(error)) {
        if (!at->is_regular_file(error))
            continue;
        auto &[count, bytes] = kinds[at->path().extension().string()];
        count++;
        bytes += at->file_size(error);
    }
    if (error)
        return fail(root, error);
    for (const auto &[kind, sum] : kinds)
        std::cout << (kind.empty() ? "none" : kind) << ' ' << sum.first << ' ' << sum.second << '\n';
    return 0;
}

static int sorted(const fs::path &from, const fs::path &to)
{
    std::ifstream in(from);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    std::sort(lines.begin(), lines.end());
    fs::path partial = to;
    partial += ".partial";
    std::ofstream out(partial, std::ios::binary);
    for (const auto &line : lines)
        out << line << '\n';
    out.close();
    if (!out)
        return fail(to, std::make_error_code(std::errc::io_error));
    std::error_code error;
    fs::rename(partial, to, error);
    if (error)
        return fail(to, error);
    std::cout << lines.size() << ' ' << fs::file_size(to, error) << ' ' << fs::exists(partial, error) << '\n';
    return 0;
}

static int memory(std::size_t words)
{
    std::vector<std::uint64_t> numbers(words);
    std::iota(numbers.begin(), numbers.end(), 0);
    std::cout << std::accumulate(numbers.begin(), numbers.end(), std::uint64_t{0}) << '\n';
    return 0;
}

int main(int argc, char **argv)
{
    const std::string command = argc > 1 ? argv[1] : "";
    if (command == "summary" && argc == 3)
        return summary(argv[2]);
    if (command == "sort" && argc == 4)
        return sorted(argv[2], argv[3]);
    if (command == "memory" && argc == 3)
        return memory(std::stoul(argv[2]));
    std::cerr << "walk: summary DIR | sort FROM TO | memory WORDS\n";
    return 2;
}
