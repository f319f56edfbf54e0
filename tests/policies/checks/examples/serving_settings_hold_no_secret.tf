resource "databricks_model_serving" "fail_variable" {
  name = "a"
  config {
    served_entities {
      entity_name = "prod.ops.model"
      environment_vars = {
        OPENAI_API_KEY = "sk-hunter2hunter2"
      }
    }
  }
}

resource "databricks_model_serving" "fail_plaintext" {
  name = "b"
  config {
    served_entities {
      external_model {
        name     = "gpt"
        provider = "openai"
        task     = "llm/v1/chat"
        openai_config {
          openai_api_key_plaintext = "sk-hunter2hunter2"
        }
      }
    }
  }
}

resource "databricks_model_serving" "unknown_variable" {
  name = "c"
  config {
    served_entities {
      external_model {
        name     = "gpt"
        provider = "openai"
        task     = "llm/v1/chat"
        openai_config {
          openai_api_key_plaintext = var.key
        }
      }
    }
  }
}

resource "databricks_model_serving" "pass_reference" {
  name = "d"
  config {
    served_entities {
      entity_name = "prod.ops.model"
      environment_vars = {
        OPENAI_API_KEY = "{{secrets/prod/openai}}"
      }
    }
  }
}
