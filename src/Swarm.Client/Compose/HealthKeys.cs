using System.Collections.Immutable;
using Swarm.Client.Compose.Yaml;
using Swarm.Core.Containers;

namespace Swarm.Client.Compose;

/// <summary>The key <c>healthcheck</c>.</summary>
internal static class HealthKeys
{
    private static readonly HealthCheck Unsaid = new(ImmutableArray<string>.Empty);

    private static readonly Dictionary<string, Func<HealthCheck, Field, HealthCheck>> Keys = new()
    {
        ["test"] = (check, field) => check with { Test = Test(field) },
        ["disable"] = (check, field) => field.Flag() == true ? check with { Test = ["NONE"] } : check,
        ["interval"] = (check, field) => check with { Interval = Positive(field) ?? check.Interval },
        ["timeout"] = (check, field) => check with { Timeout = Positive(field) ?? check.Timeout },
        ["start_period"] = (check, field) => check with { StartPeriod = field.Duration() ?? check.StartPeriod },
        ["start_interval"] = (check, field) => check with { StartInterval = Positive(field) ?? check.StartInterval },
        ["retries"] = (check, field) => check with { Retries = (int)(field.Number(1, 1_000_000) ?? check.Retries) },
    };

    public static HealthCheck? Read(Field field)
    {
        var check = field.Fold(Unsaid, Keys, Refusals.None);
        if (!check.Test.IsEmpty) return check;
        if (!field.Entries().Any(entry => entry.Key.Text == "test")) field.Refuse("needs a test, or disable: true");
        return null;
    }

    private static ImmutableArray<string> Test(Field field)
    {
        if (field.Value is not YamlList)
        {
            if (field.Text() is not { } line) return [];
            if (line.Length == 0) field.Refuse("is empty");
            return line == "NONE" ? ["NONE"] : ["CMD-SHELL", line];
        }

        ImmutableArray<string> words = [.. field.Texts().Select(item => item.Text)];
        switch (words)
        {
            case ["NONE"] or ["CMD", _, ..] or ["CMD-SHELL", _]:
                return words;
            default:
                field.Refuse("must be [CMD, command, arguments…], [CMD-SHELL, line] or [NONE]");
                return [];
        }
    }

    private static TimeSpan? Positive(Field field)
    {
        var duration = field.Duration();
        if (duration is { } given && given < TimeSpan.FromMilliseconds(1)) field.Refuse("must be at least 1ms");
        return duration;
    }
}
