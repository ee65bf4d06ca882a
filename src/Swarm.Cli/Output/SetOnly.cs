using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Swarm.Cli.Output;

/// <summary>Settings that are written only where they are set: not what is null, empty, zero or false.</summary>
internal static class SetOnly
{
    extension(JsonObject json)
    {
        /// <remarks>An empty list says something: whoever means none gives null.</remarks>
        public JsonObject With(string name, JsonNode? value)
        {
            if (value is not (null or JsonObject { Count: 0 })) json[name] = value;
            return json;
        }

        public JsonObject With(string name, string? text) =>
            json.With(name, string.IsNullOrEmpty(text) ? null : JsonValue.Create(text));

        public JsonObject With(string name, bool isSet) => json.With(name, isSet ? JsonValue.Create(isSet) : null);

        public JsonObject With(string name, long number) =>
            json.With(name, number == 0 ? null : JsonValue.Create(number));

        /// <summary>In seconds.</summary>
        public JsonObject With(string name, TimeSpan time) =>
            json.With(name, time == TimeSpan.Zero ? null : JsonValue.Create(time.TotalSeconds));

        public JsonObject With(string name, ImmutableArray<string> texts) =>
            json.With(name, texts.IsDefaultOrEmpty ? null : Texts.Array(texts));

        public JsonObject With<T>(string name, ImmutableArray<T> items, Func<T, JsonNode> show) =>
            json.With(name, items.IsDefaultOrEmpty ? null : new JsonArray([.. items.Select(show)]));
    }
}
