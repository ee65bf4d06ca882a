using System.Collections.Immutable;
using System.Text.Json;

namespace Swarm.Runtime.Bundles;

/// <summary>The <c>process</c> object of a config.json.</summary>
internal static class ProcessSection
{
    public static void Write(Utf8JsonWriter json, BundleInput input)
    {
        var plan = input.Plan;
        json.WriteStartObject("process");
        json.WriteBoolean("terminal", plan.Spec.Tty);
        if (plan.Spec is { Tty: true, ConsoleSize: { } size })
        {
            json.WriteStartObject("consoleSize");
            json.WriteNumber("height", size.Rows);
            json.WriteNumber("width", size.Columns);
            json.WriteEndObject();
        }

        json.WriteStartObject("user");
        json.WriteNumber("uid", input.User.Uid);
        json.WriteNumber("gid", input.User.Gid);
        json.WriteStartArray("additionalGids");
        foreach (var group in input.User.OtherGroups) json.WriteNumberValue(group);
        json.WriteEndArray();
        json.WriteEndObject();
        BundleWriter.WriteStrings(json, "args", plan.Arguments);
        BundleWriter.WriteStrings(json, "env", WithHome(plan.Environment, input.User.Home));
        json.WriteString("cwd", plan.WorkingDirectory);
        json.WriteStartObject("capabilities");
        // As Docker does: a program started by another user has none of them of itself.
        var effective = input.User.Uid == 0 ? input.Capabilities : [];
        BundleWriter.WriteStrings(json, "bounding", input.Capabilities);
        BundleWriter.WriteStrings(json, "effective", effective);
        BundleWriter.WriteStrings(json, "permitted", effective);
        json.WriteEndObject();
        WriteLimits(json, input);
        json.WriteBoolean("noNewPrivileges", plan.Spec.NoNewPrivileges);
        if (input.AppArmor is { } profile) json.WriteString("apparmorProfile", profile);
        json.WriteEndObject();
    }

    private static void WriteLimits(Utf8JsonWriter json, BundleInput input)
    {
        json.WriteStartArray("rlimits");
        foreach (var limit in input.Ulimits)
        {
            json.WriteStartObject();
            json.WriteString("type", limit.Name);
            json.WriteNumber("soft", limit.Soft);
            json.WriteNumber("hard", limit.Hard);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("oomScoreAdj", input.OutOfMemoryScore);
    }

    private static ImmutableArray<string> WithHome(ImmutableArray<string> environment, string home) =>
        environment.Any(entry => entry.StartsWith("HOME=", StringComparison.Ordinal))
            ? environment
            : environment.Add("HOME=" + home);
}
