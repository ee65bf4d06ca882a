using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Images;
using Swarm.Api.Nodes;

namespace Swarm.Api.Http;

/// <param name="Message">For people; clients of Docker show it as it is.</param>
internal sealed record ErrorAnswer([property: JsonPropertyName("message")] string Message);

[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(VersionAnswer))]
[JsonSerializable(typeof(HostAnswer))]
[JsonSerializable(typeof(ImageLine[]))]
[JsonSerializable(typeof(ImageDetails))]
[JsonSerializable(typeof(ProgressLine))]
[JsonSerializable(typeof(RemovedLine[]))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class ApiJson : JsonSerializerContext;

/// <summary>Writes answers as clients of Docker want them.</summary>
internal static class JsonAnswers
{
    /// <summary>Without a charset: some clients compare the text.</summary>
    private const string ContentType = "application/json";

    public static async Task WriteAnswerAsync<T>(
        this HttpResponse response, int status, T answer, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        response.StatusCode = status;
        response.ContentType = ContentType;
        await JsonSerializer.SerializeAsync(response.Body, answer, type, cancellation);
        await response.Body.WriteAsync("\n"u8.ToArray(), cancellation);
    }

    public static Task WriteErrorAsync(this HttpResponse response, int status, string message) =>
        response.WriteAnswerAsync(status, new ErrorAnswer(message), ApiJson.Default.ErrorAnswer, CancellationToken.None);
}
