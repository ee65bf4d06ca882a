using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Swarm.Core.Containers;

/// <summary>Docker's log drivers and their options, and what they mean here.</summary>
public static class LogOptions
{
    private const string Usual = "json-file";
    private const long MostNumber = 1L << 32;
    private const int MostFiles = 1000;

    private static readonly string[] Drivers = [Usual, "local", "journald", "none"];
    private static readonly string[] OfDetails = ["env", "env-regex", "labels", "labels-regex", "tag"];
    private static readonly string[] OfFiles = ["compress", "max-buffer-size", "max-file", "max-size", "mode"];
    private static readonly string[] OfJournal = ["max-buffer-size", "mode"];
    private const string Buffered = "non-blocking";

    /// <summary>What is wrong with it; null where nothing is.</summary>
    /// <param name="driver">Empty means the usual one.</param>
    public static LogRefusal? Check(string driver, IReadOnlyDictionary<string, string> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var known = driver.Length > 0 ? driver : Usual;
        if (!Drivers.Contains(known))
            return new LogRefusal("", $"there is no log driver {known}: {string.Join(", ", Drivers)} are", true);
        foreach (var (name, value) in options.OrderBy(option => option.Key, StringComparer.Ordinal))
        {
            if (Check(known, name, value) is { } refusal) return refusal;
        }

        return CheckBuffer(known, options.GetValueOrDefault("mode", ""), options.ContainsKey("max-buffer-size"));
    }

    /// <summary>What it means; null: as the node says.</summary>
    /// <param name="options">They were checked.</param>
    public static LogSettings? Read(string driver, IReadOnlyDictionary<string, string> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var known = driver.Length > 0 ? driver : Usual;
        if (known == Usual && options.Count == 0) return null;
        return new LogSettings(known)
        {
            MaxBytes = options.TryGetValue("max-size", out var size) ? SizeOf(size) ?? Bytes.Zero : Bytes.Zero,
            Files = options.TryGetValue("max-file", out var files) ? CountOf(files) ?? 0 : 0,
            Details = options.Where(option => OfDetails.Contains(option.Key))
                .ToImmutableSortedDictionary(StringComparer.Ordinal),
            Tag = options.GetValueOrDefault("tag", ""),
        };
    }

    private static LogRefusal? Check(string driver, string name, string value)
    {
        if (name is "tag" && !LogTag.IsKnown(value)) return Unsupported(name, value);
        var isKnown = driver switch
        {
            "none" => false,
            "journald" => OfDetails.Contains(name) || OfJournal.Contains(name),
            _ => OfDetails.Contains(name) || OfFiles.Contains(name),
        };
        if (!isKnown) return Wrong(name, $"unknown log opt '{name}' for {driver} log driver");
        return name switch
        {
            "env-regex" or "labels-regex" when !IsPattern(value) => Wrong(name, $"invalid {name}: '{value}'"),
            "mode" when value is not ("" or "blocking" or Buffered) =>
                Wrong(name, $"logger: logging mode not supported: {value}"),
            "max-buffer-size" when value == "-1" || SizeOf(value) is null =>
                Wrong(name, $"error parsing option max-buffer-size: invalid size: '{value}'"),
            "max-size" when SizeOf(value) is null => Wrong(name, $"invalid size: '{value}'"),
            "max-file" when CountOf(value) is null =>
                Wrong(name, $"max-file cannot be {value}: it is a number from 1 to {MostFiles}"),
            _ => null,
        };
    }

    /// <remarks>Files are written without waiting for anybody, so there is nothing to buffer. The journal is somebody
    /// who may be waited for.</remarks>
    private static LogRefusal? CheckBuffer(string driver, string mode, bool hasSize) =>
        mode == Buffered && driver == "journald" ? Unsupported("mode", mode)
        : hasSize && mode != Buffered
            ? Wrong(
                "max-buffer-size", $"logger: max-buffer-size option is only supported with 'mode={Buffered}'")
        : null;

    private static bool IsPattern(string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.NonBacktracking);
            return true;
        }
        catch (Exception wrong) when (wrong is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>As <c>10m</c>: bytes, or kilobytes, megabytes, gigabytes of 1024; -1 is no limit.</summary>
    private static Bytes? SizeOf(string text)
    {
        if (text == "-1") return Bytes.Zero;
        var digits = text.ToLowerInvariant().TrimEnd('b', 'i');
        var unit = digits.LastOrDefault() switch { 'k' => 10, 'm' => 20, 'g' => 30, _ => 0 };
        return long.TryParse(
            unit == 0 ? digits : digits[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is > 0 and < MostNumber
            ? new Bytes(number << unit)
            : null;
    }

    private static int? CountOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count is > 0 and <= MostFiles
            ? count
            : null;

    private static LogRefusal Unsupported(string option, string value) => new(
        option, $"the log option {option}={value} is not supported by this version of Swarm", IsUnsupported: true);

    private static LogRefusal Wrong(string option, string reason) => new(option, reason, IsUnsupported: false);
}
