using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Swarm.Core.Containers;
using Swarm.Core.Images;

namespace Swarm.Images.Manifests;

/// <summary>Writes the configuration of an image that is made here.</summary>
/// <remarks>Times are in UTC and end in <c>Z</c>, and nothing is escaped that need not be: what is written in Go takes
/// the characters of a time as they stand.</remarks>
internal static class ConfigWriting
{
    private static readonly JsonWriterOptions AsItStands =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="history">Null leaves it out.</param>
    public static byte[] Write(
        ImageConfiguration configuration, IEnumerable<Digest> diffIds, JsonArray? history = null)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, AsItStands))
        {
            json.WriteStartObject();
            json.WriteString("architecture", configuration.Architecture);
            json.WriteString("os", configuration.OperatingSystem);
            WriteUnlessEmpty(json, "variant", configuration.Variant);
            WriteUnlessEmpty(json, "author", configuration.Author);
            if (configuration.Created is { } created) json.WriteString("created", created.UtcDateTime);
            json.WriteStartObject("config");
            WriteConfig(json, configuration);
            json.WriteEndObject();
            json.WriteStartObject("rootfs");
            json.WriteString("type", "layers");
            WriteList(json, "diff_ids", diffIds.Select(digest => digest.Value));
            json.WriteEndObject();
            if (history is not null)
            {
                json.WritePropertyName("history");
                history.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteConfig(Utf8JsonWriter json, ImageConfiguration configuration)
    {
        WriteList(json, "Entrypoint", configuration.Entrypoint);
        WriteList(json, "Cmd", configuration.Command);
        WriteList(json, "Env", configuration.Environment);
        WriteUnlessEmpty(json, "WorkingDir", configuration.WorkingDirectory);
        WriteUnlessEmpty(json, "User", configuration.User);
        WriteUnlessEmpty(json, "StopSignal", configuration.StopSignal);
        WriteSet(json, "ExposedPorts", configuration.ExposedPorts);
        WriteSet(json, "Volumes", configuration.Volumes);
        if (configuration.Labels.Count > 0)
        {
            json.WriteStartObject("Labels");
            foreach (var (name, value) in configuration.Labels) json.WriteString(name, value);
            json.WriteEndObject();
        }

        if (configuration.HealthCheck is { } check) WriteHealthCheck(json, check);
        if (!configuration.Shell.IsEmpty) WriteList(json, "Shell", configuration.Shell);
        if (!configuration.OnBuild.IsEmpty) WriteList(json, "OnBuild", configuration.OnBuild);
    }

    private static void WriteHealthCheck(Utf8JsonWriter json, HealthCheck check)
    {
        json.WriteStartObject("Healthcheck");
        WriteList(json, "Test", check.Test);
        WriteIfTold("Interval", HealthTerms.Interval);
        WriteIfTold("Timeout", HealthTerms.Timeout);
        WriteIfTold("StartPeriod", HealthTerms.StartPeriod);
        WriteIfTold("StartInterval", HealthTerms.StartInterval);
        if (check.ToldRetries() is { } retries) json.WriteNumber("Retries", retries);
        json.WriteEndObject();

        // What is not there means the default, to Docker as well.
        void WriteIfTold(string name, HealthTerms term)
        {
            if (check.Told(term) is { } time) json.WriteNumber(name, time.Ticks * TimeSpan.NanosecondsPerTick);
        }
    }

    private static void WriteUnlessEmpty(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value)) json.WriteString(name, value);
    }

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    // Go's way to write a set: an object whose values are empty.
    private static void WriteSet(Utf8JsonWriter json, string name, IReadOnlyCollection<string> values)
    {
        if (values.Count == 0) return;
        json.WriteStartObject(name);
        foreach (var value in values)
        {
            json.WriteStartObject(value);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
