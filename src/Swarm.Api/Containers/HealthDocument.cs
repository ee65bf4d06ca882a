using System.Text.Json.Nodes;
using Swarm.Core.Containers;

namespace Swarm.Api.Containers;

/// <summary>The health check of a container as its document shows it: its own words over its image's.</summary>
internal static class HealthDocument
{
    /// <returns>Null where neither says anything of one.</returns>
    public static JsonNode? Of(ShownContainer shown)
    {
        var asked = shown.Asked.Object("Healthcheck");
        if ((shown.State.Definition.Spec.HealthCheck ?? shown.Image?.Configuration.HealthCheck) is not { } check)
            return shown.Asked.Has("Healthcheck") ? asked.Node.DeepClone() : null;
        // Of one that an earlier version made only its words tell what was said.
        check = check with { Said = check.Said | HealthTermsReading.Said(term => asked.Number(term) > 0) };
        var document = new JsonObject { ["Test"] = SpecWords.Words(check.Test) };
        // Docker shows what was said, and not what holds because nothing was.
        Add("Interval", HealthTerms.Interval);
        Add("Timeout", HealthTerms.Timeout);
        Add("StartPeriod", HealthTerms.StartPeriod);
        Add("StartInterval", HealthTerms.StartInterval);
        if (check.ToldRetries() is { } retries) document["Retries"] = retries;
        return document;

        void Add(string name, HealthTerms term)
        {
            if (check.Told(term) is { } time) document[name] = time.Ticks * TimeSpan.NanosecondsPerTick;
        }
    }
}
