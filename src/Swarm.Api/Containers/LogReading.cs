using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Api.Containers;

/// <summary>Where what a container prints goes, from <c>LogConfig</c>.</summary>
internal static class LogReading
{
    private static readonly string[] OfDetails = ["env", "env-regex", "labels", "labels-regex", "tag"];
    private static readonly string[] OfFiles = ["compress", "max-file", "max-size"];

    /// <returns>Null: as the node says.</returns>
    /// <exception cref="ApiException">A driver or an option that is not known, or not supported; named.</exception>
    public static LogSettings? Read(JsonFields host)
    {
        var asked = host.Object("LogConfig");
        var driver = asked.Text("Type") is { Length: > 0 } given ? given : "json-file";
        if (driver is not ("json-file" or "local" or "journald" or "none"))
        {
            throw new ApiException(
                StatusCodes.Status501NotImplemented,
                $"{asked.PathOf("Type")} = {driver} is not supported by this version of Swarm");
        }

        var options = asked.Texts("Config");
        foreach (var name in options.Keys) Check(driver, name, options[name]);
        if (driver == "json-file" && options.IsEmpty) return null;
        return new LogSettings(driver)
        {
            MaxBytes = options.TryGetValue("max-size", out var size) ? SizeOf(size) : Bytes.Zero,
            Files = options.TryGetValue("max-file", out var files) ? CountOf(files) : 0,
            Details = options.Where(option => OfDetails.Contains(option.Key))
                .ToImmutableSortedDictionary(StringComparer.Ordinal),
            Tag = options.GetValueOrDefault("tag", ""),
        };
    }

    private static void Check(string driver, string name, string value)
    {
        if (name is "mode" && value == "blocking") return;
        if (name is "mode" or "max-buffer-size" || (name is "tag" && value.Contains("{{", StringComparison.Ordinal)))
        {
            throw new ApiException(
                StatusCodes.Status501NotImplemented,
                $"the log option {name}={value} is not supported by this version of Swarm");
        }

        if (name.EndsWith("-regex", StringComparison.Ordinal)) CheckPattern(name, value);
        var isKnown = driver switch
        {
            "none" => false,
            "journald" => OfDetails.Contains(name),
            _ => OfDetails.Contains(name) || OfFiles.Contains(name),
        };
        if (!isKnown) throw Invalid($"unknown log opt '{name}' for {driver} log driver");
    }

    private static void CheckPattern(string name, string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.NonBacktracking);
        }
        catch (Exception wrong) when (wrong is ArgumentException or NotSupportedException)
        {
            throw Invalid($"invalid {name}: '{pattern}'");
        }
    }

    /// <summary>As <c>10m</c>: bytes, or kilobytes, megabytes, gigabytes of 1024.</summary>
    private static Bytes SizeOf(string text)
    {
        if (text == "-1") return Bytes.Zero;
        var digits = text.ToLowerInvariant().TrimEnd('b', 'i');
        var unit = digits.LastOrDefault() switch { 'k' => 10, 'm' => 20, 'g' => 30, _ => 0 };
        return long.TryParse(
            unit == 0 ? digits : digits[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is > 0 and < 1L << 32
            ? new Bytes(number << unit)
            : throw Invalid($"invalid size: '{text}'");
    }

    private static int CountOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= 1000
            ? count
            : throw Invalid($"max-file cannot be {text}: it is a number from 1 to 1000");

    private static ApiException Invalid(string message) => new(StatusCodes.Status400BadRequest, message);
}
