using System.Text.Json.Nodes;
using Swarm.Core.Containers;

namespace Swarm.Api.Containers;

/// <summary>The health check of a container as its document shows it: its own words over its image's.</summary>
internal static class HealthDocument
{
    private static readonly HealthCheck Usual = new([]);

    /// <returns>Null where neither says anything of one.</returns>
    public static JsonNode? Of(ShownContainer shown)
    {
        var asked = shown.Asked.Object("Healthcheck");
        if ((shown.State.Definition.Spec.HealthCheck ?? shown.Image?.Configuration.HealthCheck) is not { } check)
            return shown.Asked.Has("Healthcheck") ? asked.Node.DeepClone() : null;
        var document = new JsonObject { ["Test"] = SpecWords.Words(check.Test) };
        Add("Interval", one => Nanoseconds(one.Interval));
        Add("Timeout", one => Nanoseconds(one.Timeout));
        Add("StartPeriod", one => Nanoseconds(one.StartPeriod));
        Add("StartInterval", one => Nanoseconds(one.StartInterval));
        Add("Retries", one => one.Retries);
        return document;

        // Docker shows what was said, and not what holds because nothing was.
        void Add(string name, Func<HealthCheck, long> number)
        {
            if (number(check) != number(Usual) || asked.Number(name) > 0) document[name] = number(check);
        }
    }

    private static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;
}
